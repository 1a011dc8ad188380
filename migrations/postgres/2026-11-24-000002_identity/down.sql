DROP TABLE person_session;
DROP TABLE sign_in;
DROP TABLE person_account;
DROP TABLE person;
