-- What servers on this database work on at the moment, so that no two of them work on the same; times are the database's.
CREATE TABLE IF NOT EXISTS leases (
    what VARCHAR(150) PRIMARY KEY,
    node VARCHAR(50) NOT NULL,
    operation VARCHAR(50) NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS leases_by_node ON leases (node);
-- One row: the key store as it is sealed, from which other servers on this database take theirs.
CREATE TABLE IF NOT EXISTS vault_copy (
    only_row INT PRIMARY KEY,
    version BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX IF NOT EXISTS certificates_by_end ON certificates (not_after);
CREATE INDEX IF NOT EXISTS token_certificates_by_time ON token_certificates (created_at, serial, cuid);
CREATE INDEX IF NOT EXISTS tokens_by_change ON tokens (modified_at, cuid);
CREATE INDEX IF NOT EXISTS tokens_by_state ON tokens (state, modified_at, cuid);
CREATE INDEX IF NOT EXISTS tokens_by_type ON tokens (type, modified_at, cuid);
CREATE INDEX IF NOT EXISTS activities_by_token ON activities (cuid, id);
CREATE INDEX IF NOT EXISTS activities_by_operation ON activities (operation, id);
