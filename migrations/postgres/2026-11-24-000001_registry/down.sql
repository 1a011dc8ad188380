DROP TABLE register_change;
DROP TABLE register_import;
DROP TABLE officer;
DROP TABLE register_seen;
DROP TABLE juristic_person_version;
DROP FUNCTION register_is_only_added_to();
