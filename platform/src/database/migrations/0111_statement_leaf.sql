-- What the audit log says of a bank statement that came in a file: what it is, which version, and a digest of its lines in
-- their order, so that no line can change unseen. Statements from before there were files keep the leaf that they have.
CREATE VIEW reconciliation.line_digest AS
  SELECT statement_id,
    sha256(convert_to(string_agg(
      '[' || position || ',' || audit_log.quoted(number) || ',' || audit_log.quoted(reference) || ','
        || audit_log.quoted(currency) || ',' || amount || ',' || charge || ',"' || booked_on || '"]',
      ',' ORDER BY position), 'UTF8')) AS digest
  FROM reconciliation.line GROUP BY statement_id;

CREATE OR REPLACE VIEW audit_log.statement_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["statement/1",' || id || ',' || audit_log.quoted(account) || ',' || audit_log.quoted(statement_id) || ','
      || audit_log.quoted(currency) || ',"' || from_day || '","' || to_day || '",' || coalesce(closing::text, 'null') || ','
      || lines || ',' || matched || ',' || audit_log.micros(imported_at) || ',"' || encode(sha256(source), 'hex') || '"]' AS text
  FROM reconciliation.statement WHERE file_id IS NULL
  UNION ALL
  SELECT s.id, 0::smallint,
    '["statement/2",' || s.id || ',' || audit_log.quoted(s.account) || ',' || audit_log.quoted(s.statement_id) || ','
      || audit_log.quoted(s.kind) || ',' || audit_log.quoted(s.sequence) || ',' || s.version || ','
      || coalesce(s.replaces::text, 'null') || ',' || audit_log.quoted(s.currency) || ',"' || s.from_day || '","' || s.to_day
      || '",' || coalesce(s.opening::text, 'null') || ',' || coalesce(s.closing::text, 'null') || ',' || s.lines || ','
      || s.matched || ',' || s.not_booked || ',' || audit_log.micros(s.imported_at) || ',"' || encode(f.sha256, 'hex') || '","'
      || encode(coalesce(d.digest, ''::bytea), 'hex') || '"]'
  FROM reconciliation.statement s JOIN reconciliation.file f ON f.id = s.file_id
    LEFT JOIN LATERAL (SELECT digest FROM reconciliation.line_digest WHERE statement_id = s.id) d ON true
  WHERE s.file_id IS NOT NULL;
