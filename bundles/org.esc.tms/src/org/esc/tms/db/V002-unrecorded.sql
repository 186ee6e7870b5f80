-- Certificates issued for a token whose enrolment has not ended yet. What a killed server leaves here is put right at its next start.
CREATE TABLE IF NOT EXISTS unrecorded_certificates (
    serial VARCHAR(64) PRIMARY KEY,
    cuid VARCHAR(20) NOT NULL,
    user_id VARCHAR(100) NOT NULL,
    rekeyed BOOLEAN NOT NULL
);
