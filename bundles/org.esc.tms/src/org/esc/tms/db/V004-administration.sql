-- Mapping resolvers: rules that choose the profile for a card, one resolver per operation.
CREATE TABLE IF NOT EXISTS resolvers (
    id VARCHAR(100) PRIMARY KEY,
    definition VARCHAR(100000) NOT NULL
);
-- Directories of users besides the built-in one.
CREATE TABLE IF NOT EXISTS authenticators (
    id VARCHAR(100) PRIMARY KEY,
    definition VARCHAR(4000) NOT NULL
);
-- Entries of the configuration that are not enabled: DISABLED or PENDING_APPROVAL.
CREATE TABLE IF NOT EXISTS entry_states (
    kind VARCHAR(20) NOT NULL,
    id VARCHAR(100) NOT NULL,
    status VARCHAR(20) NOT NULL,
    PRIMARY KEY (kind, id)
);
-- What is known of users as administrators; one without a row may see the tokens of all profiles.
CREATE TABLE IF NOT EXISTS administrators (
    uid VARCHAR(100) PRIMARY KEY,
    profiles VARCHAR(4000) NOT NULL,
    phone VARCHAR(100)
);
-- Certificates somebody may sign in with besides those issued to administrators.
CREATE TABLE IF NOT EXISTS user_certificates (
    serial VARCHAR(64) PRIMARY KEY,
    uid VARCHAR(100) NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS user_certificates_by_user ON user_certificates (uid);
CREATE INDEX IF NOT EXISTS activities_by_time ON activities (happened_at);
