-- +goose Up
-- Numbered, forward only, no Down section: goose, `wrangler d1 migrations apply` and our own runner read the same file.
-- BYTEA and BIGINT are names that SQLite, D1 and PostgreSQL all take. The value stands last: see sqlite/frame.go.
CREATE TABLE record (
  id      BYTEA  NOT NULL PRIMARY KEY, -- share id, 16 bytes
  counter BIGINT NOT NULL,
  due     BIGINT NOT NULL,             -- Unix ms
  size    BIGINT NOT NULL,             -- bytes of the value without its frame
  value   BYTEA  NOT NULL
);

CREATE INDEX record_due ON record (due, id);

CREATE TABLE manifest (
  id    BYTEA  NOT NULL PRIMARY KEY,   -- SHA-256(share, SHA-256 of the manifest)
  share BYTEA  NOT NULL,
  size  BIGINT NOT NULL,
  value BYTEA  NOT NULL
);

CREATE INDEX manifest_share ON manifest (share);
