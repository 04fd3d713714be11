//! The named questions that pages and KPIs ask. Each joins `me`, so each sees one tenant only.

use crate::store::Question;

/// The last reading of every asset ever seen, with the snapshot it was last seen in. A scan that was killed before it grouped
/// its files leaves them in the applications they were in.
pub(super) const FILES: Question = Question {
    name: "files",
    sql: "SELECT f.seq, f.snapshot, f.asset, f.root, f.path, f.sha256, f.bytes, f.kind, f.state, coalesce(f.reason, '') AS reason, f.tables, f.row_count AS rows, \
          f.formulas, f.macros, f.ms, \
          coalesce(f.application, arg_max(f.application, f.seq) FILTER (WHERE f.application IS NOT NULL) OVER (PARTITION BY f.asset), '') AS application, coalesce(f.facts, '') AS facts, f.risk, strftime(s.taken, '%Y-%m-%d') AS seen, \
          coalesce(f.place, f.path) AS place, coalesce(f.format, 0) AS format, coalesce(f.compared, 0) AS compared, coalesce(f.equal, 0) AS equal \
          FROM file f JOIN me USING (tenant_id) LEFT JOIN snapshot s ON s.tenant_id = f.tenant_id AND s.snapshot = f.snapshot \
          QUALIFY row_number() OVER (PARTITION BY f.asset ORDER BY f.seq DESC) = 1 ORDER BY f.path",
};

/// Every reading of every file in every snapshot, for reduction over time.
pub(super) const FILE_HISTORY: Question = Question {
    name: "file history",
    sql: "SELECT f.snapshot, f.asset, f.root, f.state, coalesce(f.application, '') AS application, f.risk FROM file f JOIN me USING (tenant_id) \
          QUALIFY row_number() OVER (PARTITION BY f.snapshot, f.asset ORDER BY f.seq DESC) = 1 ORDER BY f.snapshot, f.asset",
};

/// The number of the last scan that was begun, finished or not.
pub(super) const LAST_SCAN: Question = Question {
    name: "last scan",
    sql: "SELECT coalesce(max(TRY_CAST(e.data->>'snapshot' AS UBIGINT)), 0) AS snapshot FROM event e JOIN me USING (tenant_id) WHERE e.event = 'scan.started'",
};

/// All finished scans, oldest first.
pub(super) const SNAPSHOTS: Question = Question {
    name: "snapshots",
    sql: "SELECT s.snapshot, strftime(s.taken, '%Y-%m-%d') AS taken, s.files, s.applications FROM snapshot s JOIN me USING (tenant_id) ORDER BY s.snapshot",
};

/// Which roots each snapshot looked at, and whether it could.
pub(super) const ROOTS: Question = Question {
    name: "roots",
    sql: "SELECT r.snapshot, r.root, r.readable FROM scanned_root r JOIN me USING (tenant_id) ORDER BY r.snapshot, r.root",
};

/// The last state of every application.
pub(super) const APPLICATIONS: Question = Question {
    name: "applications",
    sql: "WITH reviewed AS (SELECT r.* FROM reviewed_model r JOIN me USING (tenant_id) QUALIFY row_number() OVER (PARTITION BY r.application ORDER BY r.seq DESC) = 1) \
          SELECT a.application, a.name, coalesce(a.domain, '') AS domain, CASE WHEN r.seq > a.seq THEN r.model ELSE a.model END AS model, \
          coalesce(a.observations, '') AS observations, coalesce(a.inference, '') AS inference, coalesce(a.report, '') AS report, \
          a.files, a.models, a.fields, a.workflows, coalesce(a.statements, 0) AS statements, coalesce(a.exact, 0) AS exact, coalesce(a.approximate, 0) AS approximate, \
          coalesce(a.manual, 0) AS manual, coalesce(a.noop, 0) AS noop, coalesce(a.declarations, 0) AS declarations \
          FROM application a JOIN me USING (tenant_id) LEFT JOIN reviewed r ON r.application = a.application QUALIFY row_number() OVER (PARTITION BY a.application ORDER BY a.seq DESC) = 1 ORDER BY a.name, a.application",
};

/// The tags last proposed for every application, each with the last decision about it.
pub(super) const TAGS: Question = Question {
    name: "tags",
    sql: "WITH last_proposal AS (SELECT e.subject AS application, max(e.seq) AS seq FROM event e JOIN me USING (tenant_id) WHERE e.event = 'fields.tagged' GROUP BY e.subject), \
          last_tag AS (SELECT t.* FROM field_tag t JOIN me USING (tenant_id) JOIN last_proposal p ON p.application = t.application AND p.seq = t.seq \
          QUALIFY row_number() OVER (PARTITION BY t.application, t.field ORDER BY t.confidence DESC, t.semantic_type) = 1), \
          last_decision AS (SELECT d.* FROM tag_decision d JOIN me USING (tenant_id) QUALIFY row_number() OVER (PARTITION BY d.application, d.field ORDER BY d.seq DESC) = 1 AND d.answer <> 'undo') \
          SELECT t.application, t.field, coalesce(t.semantic_type, '') AS semantic_type, t.tags, t.rule, t.held, t.seen, t.place, t.confidence, t.against, \
          coalesce(d.answer, '') AS answer, d.tags AS decided_tags, coalesce(d.reason, '') AS reason, coalesce(d.actor, '') AS actor, \
          coalesce(strftime(d.time, '%Y-%m-%d %H:%M'), '') AS decided FROM last_tag t LEFT JOIN last_decision d ON d.application = t.application AND d.field = t.field \
          ORDER BY t.application, t.field",
};

/// Everything that was ever decided about the field `argument.field` of the application `argument.application`, oldest first.
pub(super) const TAG_TRAIL: Question = Question {
    name: "tag trail",
    sql: "SELECT d.seq, strftime(d.time, '%Y-%m-%d %H:%M') AS time, d.actor, d.answer, coalesce(d.tags, '[]') AS tags, coalesce(d.reason, '') AS reason \
          FROM tag_decision d JOIN me USING (tenant_id) \
          WHERE d.application = (me.argument->>'application') AND d.field = (me.argument->>'field') ORDER BY d.seq",
};

/// Every file of every snapshot as it was read then, for what changed between two of them.
pub(super) const SNAPSHOT_FILES: Question = Question {
    name: "snapshot files",
    sql: "SELECT f.snapshot, f.asset, f.root, f.path, f.sha256, f.state, f.reason, coalesce(f.application, '') AS application, f.rows, f.formulas, f.macros FROM ( \
          SELECT f.snapshot, f.seq, f.asset, f.root, f.path, f.sha256, f.state, coalesce(f.reason, '') AS reason, f.application, f.row_count AS rows, f.formulas, f.macros \
          FROM file f JOIN me USING (tenant_id) \
          WHERE f.snapshot IN ((me.argument->>'from')::UBIGINT, (me.argument->>'to')::UBIGINT)) f \
          QUALIFY row_number() OVER (PARTITION BY f.snapshot, f.asset ORDER BY f.seq DESC) = 1 ORDER BY f.path",
};

/// The findings of the last check of every application.
pub(super) const FINDINGS: Question = Question {
    name: "findings",
    sql: "SELECT f.application, f.id, f.reference AS \"ref\", f.severity, f.object, f.message, f.remedy FROM finding f JOIN me USING (tenant_id) \
          WHERE f.seq IN (SELECT max(c.seq) FROM policy_check c JOIN me USING (tenant_id) GROUP BY c.application) \
          ORDER BY CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END, f.id, f.application, f.object",
};

/// The last policy decision for every application.
pub(super) const DECISIONS: Question = Question {
    name: "decisions",
    sql: "SELECT c.application, c.stage, c.decision, c.rules, strftime(c.time, '%Y-%m-%d %H:%M') AS time FROM policy_check c JOIN me USING (tenant_id) \
          QUALIFY row_number() OVER (PARTITION BY c.application ORDER BY c.seq DESC) = 1 ORDER BY c.application",
};

/// Workflow runs, newest first, at most 500.
pub(super) const RUNS: Question = Question {
    name: "runs",
    sql: "SELECT r.run, r.application, r.workflow, r.status, r.ms, r.steps, coalesce(r.memory_bytes, 0) AS memory_bytes, coalesce(r.error, '') AS error, r.detail, \
          strftime(r.time, '%Y-%m-%d %H:%M:%S') AS time FROM run r JOIN me USING (tenant_id) WHERE r.workflow <> '(imported)' ORDER BY r.seq DESC LIMIT 500",
};

/// Runs for app health, imported ones included; counted, not listed.
pub(super) const RUN_OUTCOMES: Question = Question {
    name: "run outcomes",
    sql: "SELECT r.application, strftime(r.time, '%Y-%m-%d') AS day, r.status, coalesce(r.ms, 0) AS ms, coalesce(r.detail->>'purpose', '') = 'replay' AS replay \
          FROM run r JOIN me USING (tenant_id) WHERE r.time IS NOT NULL",
};

/// The last receipt of every macro.
pub(super) const RECEIPTS: Question = Question {
    name: "receipts",
    sql: "SELECT r.application, r.macro, r.level, r.equal, r.cells, r.differences, r.statements_reached, coalesce(r.receipt, '') AS receipt, \
          strftime(r.time, '%Y-%m-%d %H:%M') AS time FROM receipt r JOIN me USING (tenant_id) \
          QUALIFY row_number() OVER (PARTITION BY r.application, r.macro ORDER BY r.seq DESC) = 1 ORDER BY r.application, r.macro",
};

/// The last status a person or a migration gave to every application.
pub(super) const STATUSES: Question = Question {
    name: "statuses",
    sql: "SELECT s.application, s.status, coalesce(strftime(s.day, '%Y-%m-%d'), strftime(s.time, '%Y-%m-%d')) AS day, coalesce(s.reason, '') AS reason \
          FROM status s JOIN me USING (tenant_id) ORDER BY s.seq",
};

/// The audit trail, newest first: at most `argument.limit` records below `argument.before`.
pub(super) const AUDIT: Question = Question {
    name: "audit",
    sql: "SELECT e.seq, strftime(e.time, '%Y-%m-%d %H:%M:%S') AS time, e.actor, e.event, coalesce(e.subject, '') AS subject, \
          coalesce(CASE e.event WHEN 'tag.decided' THEN concat_ws(' · ', e.data->>'field', e.data->>'answer', nullif(e.data->>'reason', '')) \
          WHEN 'policy.checked' THEN e.data->>'decision' WHEN 'file.read' THEN e.data->>'state' WHEN 'receipt.issued' THEN e.data->>'macro' \
          WHEN 'run.finished' THEN concat_ws(' · ', e.data->>'workflow', e.data->>'status') \
          WHEN 'application.status' THEN concat_ws(' · ', e.data->>'status', nullif(e.data->>'reason', '')) END, '') AS detail FROM event e JOIN me USING (tenant_id) \
          WHERE e.seq < coalesce((me.argument->>'before')::UBIGINT, 18446744073709551615) \
          AND coalesce(e.event = (me.argument->>'event'), true) \
          ORDER BY e.seq DESC LIMIT 200",
};

/// The imported backlog.
pub(super) const BACKLOG: Question = Question {
    name: "backlog",
    sql: "SELECT b.item, strftime(b.created, '%Y-%m-%d') AS created, strftime(b.resolved, '%Y-%m-%d') AS resolved, coalesce(b.kind, '') AS kind, \
          coalesce(b.status, '') AS status FROM backlog b JOIN me USING (tenant_id) WHERE b.created IS NOT NULL ORDER BY b.created, b.item",
};

/// The imported usage: runs of apps and openings of legacy files by day.
pub(super) const USAGE: Question = Question {
    name: "usage",
    sql: "SELECT u.app, coalesce(u.person, '') AS person, strftime(u.day, '%Y-%m-%d') AS day, u.kind, coalesce(u.n, 0) AS n \
          FROM usage u JOIN me USING (tenant_id) WHERE u.day IS NOT NULL ORDER BY u.day, u.app, u.person",
};

/// Head counts of who could use an app.
pub(super) const ELIGIBLE: Question = Question {
    name: "eligible",
    sql: "SELECT e.app, coalesce(e.n, 0) AS n FROM eligible e JOIN me USING (tenant_id) ORDER BY e.app",
};

/// The imported monthly costs.
pub(super) const COSTS: Question = Question {
    name: "costs",
    sql: "SELECT c.app, strftime(c.month, '%Y-%m-%d') AS month, c.phase, c.hours, c.rate, c.licence, c.infra, c.measured FROM cost c JOIN me USING (tenant_id) WHERE c.month IS NOT NULL ORDER BY c.month, c.app",
};

/// The imported deployments.
pub(super) const DEPLOYS: Question = Question {
    name: "deploys",
    sql: "SELECT d.app, coalesce(d.phase, '') AS phase, strftime(d.day, '%Y-%m-%d') AS day, strftime(d.requested, '%Y-%m-%d') AS requested, \
          coalesce(d.failed, false) AS failed, d.restored FROM deploy d JOIN me USING (tenant_id) WHERE d.day IS NOT NULL ORDER BY d.day, d.app",
};

/// The imported service-level objectives.
pub(super) const OBJECTIVES: Question = Question {
    name: "objectives",
    sql: "SELECT o.app AS application, o.success, o.p95 FROM objective o JOIN me USING (tenant_id) ORDER BY o.app",
};

/// The imported owners of assets, in the order of their file.
pub(super) const OWNERS: Question = Question {
    name: "owners",
    sql: "SELECT o.asset, coalesce(o.owner, '') AS owner, o.owner_active, coalesce(o.deputy, '') AS deputy, coalesce(o.domain, '') AS domain, \
          coalesce(o.criticality, '') AS criticality, strftime(o.attested, '%Y-%m-%d') AS attested, coalesce(o.purpose, '') AS purpose, \
          coalesce(o.state, '') AS state, coalesce(o.app, '') AS app, coalesce(o.tags, '') AS tags, coalesce(o.environment, '') AS environment \
          FROM owner o JOIN me USING (tenant_id) ORDER BY o.line, o.asset",
};
