DROP TABLE register_follow_due;
DROP TABLE register_follow_refusal;
DROP TABLE register_follow;
