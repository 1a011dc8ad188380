DROP TABLE ledger_checkpoint;
DROP TABLE ledger_node;
DROP TABLE ledger_opening;
DROP TABLE ledger_leaf;
DROP TABLE ledger_size;
DROP FUNCTION ledger_size_only_grows();
DROP FUNCTION ledger_refuse();
