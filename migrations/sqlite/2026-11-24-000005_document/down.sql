DROP TABLE issued_document;
DROP TABLE document_series;
