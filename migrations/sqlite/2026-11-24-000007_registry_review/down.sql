DROP TABLE review_decision;
DROP TABLE review_proposal;
DROP TABLE statement_review;
DROP TABLE registry_officer;
