-- What a security officer compares with a person and their identity document.
CREATE TABLE IF NOT EXISTS user_details (
    uid VARCHAR(100) PRIMARY KEY REFERENCES users (uid) ON DELETE CASCADE,
    photo BYTEA,
    attributes VARCHAR(4000) NOT NULL
);
-- What security officers hold for a while, by the SHA-256 of a random number: a session, or a ticket for one operation with one card.
CREATE TABLE IF NOT EXISTS officer_passes (
    id VARCHAR(64) PRIMARY KEY,
    kind VARCHAR(20) NOT NULL,
    content VARCHAR(2000) NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS officer_passes_by_end ON officer_passes (expires);
