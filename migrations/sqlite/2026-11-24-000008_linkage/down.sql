DROP TABLE link_settlement;
DROP TABLE link_dispute;
DROP TABLE link_evidence;
DROP TABLE passport_status;
ALTER TABLE sign_in DROP COLUMN passport_index;
DROP TABLE person_passport;
