-- The projection's tables. Everything here is rebuilt from the ledger when the file cannot be opened.
-- The texts of schema and rules this projection was made with; another version's projection is rebuilt.
CREATE TABLE IF NOT EXISTS made_by (version VARCHAR);
CREATE TABLE IF NOT EXISTS applied (tenant_id VARCHAR, seq UBIGINT);
CREATE TABLE IF NOT EXISTS batch_event (tenant_id VARCHAR, seq UBIGINT, time VARCHAR, actor VARCHAR, event VARCHAR, data VARCHAR);
CREATE TABLE IF NOT EXISTS batch_record (tenant_id VARCHAR, seq UBIGINT, kind VARCHAR, record JSON);
CREATE TABLE IF NOT EXISTS event (tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, actor VARCHAR, event VARCHAR, subject VARCHAR, data JSON);
CREATE TABLE IF NOT EXISTS snapshot (tenant_id VARCHAR, seq UBIGINT, snapshot UBIGINT, taken DATE, files UINTEGER, applications UINTEGER);
CREATE TABLE IF NOT EXISTS scanned_root (tenant_id VARCHAR, seq UBIGINT, snapshot UBIGINT, root VARCHAR, readable BOOLEAN);
CREATE TABLE IF NOT EXISTS file (
    tenant_id VARCHAR, seq UBIGINT, snapshot UBIGINT, asset VARCHAR, root VARCHAR, path VARCHAR, sha256 VARCHAR, bytes UBIGINT,
    kind VARCHAR, state VARCHAR, reason VARCHAR, tables UINTEGER, row_count UBIGINT, formulas UBIGINT, macros UINTEGER, ms UBIGINT,
    application VARCHAR, facts VARCHAR, risk DOUBLE, place VARCHAR, format UINTEGER, compared UBIGINT, equal UBIGINT);
CREATE TABLE IF NOT EXISTS application (
    tenant_id VARCHAR, seq UBIGINT, snapshot UBIGINT, application VARCHAR, name VARCHAR, domain VARCHAR, model VARCHAR, inference VARCHAR, report VARCHAR,
    files UINTEGER, models UINTEGER, fields UINTEGER, workflows UINTEGER,
    statements UBIGINT, exact UBIGINT, approximate UBIGINT, manual UBIGINT, noop UBIGINT, declarations UBIGINT, observations VARCHAR);
CREATE TABLE IF NOT EXISTS reviewed_model (tenant_id VARCHAR, seq UBIGINT, application VARCHAR, model VARCHAR);
CREATE TABLE IF NOT EXISTS field_tag (
    tenant_id VARCHAR, seq UBIGINT, application VARCHAR, field VARCHAR, semantic_type VARCHAR, tags JSON, rule VARCHAR,
    held UBIGINT, seen UBIGINT, place VARCHAR, confidence DOUBLE, against JSON);
CREATE TABLE IF NOT EXISTS tag_decision (
    tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, actor VARCHAR, application VARCHAR, field VARCHAR, answer VARCHAR, tags JSON, reason VARCHAR);
CREATE TABLE IF NOT EXISTS policy_check (
    tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, application VARCHAR, stage VARCHAR, decision VARCHAR, rules UINTEGER);
CREATE TABLE IF NOT EXISTS finding (
    tenant_id VARCHAR, seq UBIGINT, application VARCHAR, id VARCHAR, reference VARCHAR, severity VARCHAR, object VARCHAR, message VARCHAR, remedy VARCHAR);
CREATE TABLE IF NOT EXISTS run (
    tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, run VARCHAR, application VARCHAR, workflow VARCHAR, status VARCHAR, ms DOUBLE, steps UINTEGER,
    memory_bytes UBIGINT, error VARCHAR, detail JSON);
CREATE TABLE IF NOT EXISTS receipt (
    tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, application VARCHAR, macro VARCHAR, level VARCHAR, equal BOOLEAN, cells UBIGINT,
    differences UINTEGER, statements_reached DOUBLE, receipt VARCHAR);
CREATE TABLE IF NOT EXISTS status (tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, day DATE, application VARCHAR, status VARCHAR, reason VARCHAR, actor VARCHAR);
CREATE TABLE IF NOT EXISTS approval (tenant_id VARCHAR, seq UBIGINT, time TIMESTAMP, actor VARCHAR, application VARCHAR, reason VARCHAR);
CREATE TABLE IF NOT EXISTS backlog (tenant_id VARCHAR, seq UBIGINT, item VARCHAR, created DATE, resolved DATE, kind VARCHAR, status VARCHAR);
CREATE TABLE IF NOT EXISTS usage (tenant_id VARCHAR, seq UBIGINT, app VARCHAR, person VARCHAR, day DATE, kind VARCHAR, n UINTEGER);
CREATE TABLE IF NOT EXISTS eligible (tenant_id VARCHAR, seq UBIGINT, app VARCHAR, n UINTEGER);
CREATE TABLE IF NOT EXISTS deploy (
    tenant_id VARCHAR, seq UBIGINT, app VARCHAR, phase VARCHAR, day DATE, requested DATE, failed BOOLEAN, restored DOUBLE);
CREATE TABLE IF NOT EXISTS objective (tenant_id VARCHAR, seq UBIGINT, app VARCHAR, success DOUBLE, p95 DOUBLE);
CREATE TABLE IF NOT EXISTS cost (
    tenant_id VARCHAR, seq UBIGINT, app VARCHAR, month DATE, phase VARCHAR, hours DOUBLE, rate DOUBLE, licence DOUBLE, infra DOUBLE, measured BOOLEAN);
CREATE TABLE IF NOT EXISTS owner (
    tenant_id VARCHAR, seq UBIGINT, asset VARCHAR, owner VARCHAR, owner_active BOOLEAN, deputy VARCHAR, domain VARCHAR, criticality VARCHAR, attested DATE,
    purpose VARCHAR, state VARCHAR, app VARCHAR, tags VARCHAR, environment VARCHAR, line UINTEGER);
