-- A database as the first release left it, with a record and a manifest. Never edited: newer programs have to open it.
PRAGMA journal_mode = WAL;
CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY);
INSERT INTO schema_version VALUES (1);
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
INSERT INTO record VALUES (x'11000000000000000000000000000000', 3, 1700000000000, 11, unhex(hex(zeroblob(539)) || '76657273696f6e206f6e65' || hex(zeroblob(4011))));
INSERT INTO manifest VALUES (x'81f3b6bad508a573e446ba4c2516e813828828ecc8b8e829a4c6ff50d8a540fa', x'11000000000000000000000000000000', 15, unhex(hex(zeroblob(539)) || '7365616c6564206d616e6966657374' || hex(zeroblob(4007))));
