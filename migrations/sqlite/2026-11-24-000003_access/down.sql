DROP TABLE idempotency_record;
DROP TABLE api_client;
