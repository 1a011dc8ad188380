DROP TABLE link_settlement;
DROP TABLE link_dispute;
DROP TABLE link_evidence;
DROP TABLE passport_status;
DROP FUNCTION links_are_only_added_to();
ALTER TABLE sign_in DROP COLUMN passport_index;
DROP TABLE person_passport;
