-- Each statement turns the events of the batch into rows of one table. An import replaces the earlier one of its kind.
-- Casts are TRY_CASTs: what is in the ledger cannot be taken back, so no value of a record may stop the projection.
INSERT INTO event SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), actor, event,
    coalesce(data::JSON->>'application', data::JSON->>'path', data::JSON->>'kind', data::JSON->>'snapshot'), data::JSON FROM batch_event;
INSERT INTO snapshot SELECT tenant_id, seq, TRY_CAST(data::JSON->>'snapshot' AS UBIGINT), TRY_CAST(data::JSON->>'day' AS DATE), TRY_CAST(data::JSON->>'files' AS UINTEGER),
    TRY_CAST(data::JSON->>'applications' AS UINTEGER) FROM batch_event WHERE event = 'scan.finished';
INSERT INTO scanned_root SELECT b.tenant_id, b.seq, TRY_CAST(b.data::JSON->>'snapshot' AS UBIGINT), r.unnest->>'root', TRY_CAST(r.unnest->>'readable' AS BOOLEAN)
    FROM batch_event b, unnest(from_json(b.data::JSON->'roots', '["JSON"]')) r WHERE b.event = 'scan.finished';
INSERT INTO file SELECT tenant_id, seq, TRY_CAST(data::JSON->>'snapshot' AS UBIGINT), data::JSON->>'asset', data::JSON->>'root', data::JSON->>'path', data::JSON->>'sha256',
    TRY_CAST(data::JSON->>'bytes' AS UBIGINT), data::JSON->>'kind', data::JSON->>'state', data::JSON->>'reason', TRY_CAST(data::JSON->>'tables' AS UINTEGER),
    TRY_CAST(data::JSON->>'rows' AS UBIGINT), TRY_CAST(data::JSON->>'formulas' AS UBIGINT), TRY_CAST(data::JSON->>'macros' AS UINTEGER), TRY_CAST(data::JSON->>'ms' AS UBIGINT),
    data::JSON->>'application', data::JSON->>'facts', TRY_CAST(data::JSON->>'risk' AS DOUBLE), coalesce(data::JSON->>'place', data::JSON->>'path'),
    TRY_CAST(data::JSON->>'format' AS UINTEGER), TRY_CAST(data::JSON->>'compared' AS UBIGINT), TRY_CAST(data::JSON->>'equal' AS UBIGINT)
    FROM batch_event WHERE event = 'file.read';
UPDATE file SET application = g.application FROM (
    SELECT b.tenant_id, TRY_CAST(b.data::JSON->>'snapshot' AS UBIGINT) AS snapshot, m.unnest->>'asset' AS asset, m.unnest->>'application' AS application
    FROM batch_event b, unnest(from_json(b.data::JSON->'members', '["JSON"]')) m WHERE b.event = 'files.grouped') g
    WHERE file.tenant_id = g.tenant_id AND file.snapshot = g.snapshot AND file.asset = g.asset;
INSERT INTO application SELECT tenant_id, seq, TRY_CAST(data::JSON->>'snapshot' AS UBIGINT), data::JSON->>'application', data::JSON->>'name', data::JSON->>'domain',
    data::JSON->>'model', data::JSON->>'inference', data::JSON->>'report', TRY_CAST(data::JSON->>'files' AS UINTEGER), TRY_CAST(data::JSON->>'models' AS UINTEGER),
    TRY_CAST(data::JSON->>'fields' AS UINTEGER), TRY_CAST(data::JSON->>'workflows' AS UINTEGER), TRY_CAST(data::JSON->'coverage'->>'statements' AS UBIGINT),
    TRY_CAST(data::JSON->'coverage'->>'exact' AS UBIGINT), TRY_CAST(data::JSON->'coverage'->>'approximate' AS UBIGINT), TRY_CAST(data::JSON->'coverage'->>'manual' AS UBIGINT),
    TRY_CAST(data::JSON->'coverage'->>'noop' AS UBIGINT), TRY_CAST(data::JSON->'coverage'->>'declarations' AS UBIGINT), data::JSON->>'observations' FROM batch_event WHERE event = 'application.inferred';
INSERT INTO reviewed_model SELECT tenant_id, seq, data::JSON->>'application', data::JSON->>'model' FROM batch_event WHERE event = 'model.reviewed';
INSERT INTO field_tag SELECT b.tenant_id, b.seq, b.data::JSON->>'application', f.unnest->>'field', f.unnest->>'semanticType', f.unnest->'tags', f.unnest->>'rule',
    TRY_CAST(f.unnest->>'held' AS UBIGINT), TRY_CAST(f.unnest->>'seen' AS UBIGINT), f.unnest->>'place', TRY_CAST(f.unnest->>'confidence' AS DOUBLE), f.unnest->'against'
    FROM batch_event b, unnest(from_json(b.data::JSON->'fields', '["JSON"]')) f WHERE b.event = 'fields.tagged';
INSERT INTO tag_decision SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), actor, data::JSON->>'application', data::JSON->>'field', data::JSON->>'answer', data::JSON->'tags',
    data::JSON->>'reason' FROM batch_event WHERE event = 'tag.decided';
INSERT INTO policy_check SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), data::JSON->>'application', data::JSON->>'stage', data::JSON->>'decision',
    TRY_CAST(data::JSON->>'rules' AS UINTEGER) FROM batch_event WHERE event = 'policy.checked';
INSERT INTO finding SELECT b.tenant_id, b.seq, b.data::JSON->>'application', v.unnest->>'id', v.unnest->>'ref', v.unnest->>'severity', v.unnest->>'object',
    v.unnest->>'message', v.unnest->>'remedy'
    FROM batch_event b, unnest(from_json(b.data::JSON->'violations', '["JSON"]')) v WHERE b.event = 'policy.checked';
INSERT INTO run SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), data::JSON->>'run', data::JSON->>'application', data::JSON->>'workflow', data::JSON->>'status',
    TRY_CAST(data::JSON->>'ms' AS DOUBLE), TRY_CAST(data::JSON->>'steps' AS UINTEGER), TRY_CAST(data::JSON->>'memoryBytes' AS UBIGINT), data::JSON->>'error', data::JSON->'detail'
    FROM batch_event WHERE event = 'run.finished';
INSERT INTO receipt SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), data::JSON->>'application', data::JSON->>'macro', data::JSON->>'level', TRY_CAST(data::JSON->>'equal' AS BOOLEAN),
    TRY_CAST(data::JSON->>'cells' AS UBIGINT), TRY_CAST(data::JSON->>'differences' AS UINTEGER), TRY_CAST(data::JSON->>'statementsReached' AS DOUBLE), data::JSON->>'receipt'
    FROM batch_event WHERE event = 'receipt.issued';
INSERT INTO status SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), TRY_CAST(data::JSON->>'day' AS DATE), data::JSON->>'application', data::JSON->>'status', data::JSON->>'reason', actor
    FROM batch_event WHERE event = 'application.status';
INSERT INTO approval SELECT tenant_id, seq, TRY_CAST(time AS TIMESTAMP), actor, data::JSON->>'application', data::JSON->>'reason' FROM batch_event WHERE event = 'approval.recorded';
DELETE FROM backlog WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'backlog');
INSERT INTO backlog SELECT b.tenant_id, b.seq, b.record->>'item', TRY_CAST(b.record->>'created' AS DATE), TRY_CAST(b.record->>'resolved' AS DATE), b.record->>'kind', b.record->>'status'
    FROM batch_record b WHERE b.kind = 'backlog';
DELETE FROM usage WHERE (tenant_id, kind) IN (SELECT tenant_id, CASE data::JSON->>'kind' WHEN 'usage' THEN 'run' ELSE 'legacy' END
    FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') IN ('usage', 'legacy'));
INSERT INTO usage SELECT b.tenant_id, b.seq, b.record->>'app', b.record->>'person', TRY_CAST(b.record->>'day' AS DATE), b.record->>'kind', TRY_CAST(TRY_CAST(b.record->>'n' AS DOUBLE) AS UINTEGER)
    FROM batch_record b WHERE b.kind IN ('usage', 'legacy');
DELETE FROM run WHERE workflow = '(imported)' AND tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'runs');
INSERT INTO run SELECT b.tenant_id, b.seq, TRY_CAST(b.record->>'time' AS TIMESTAMP), 'imported', b.record->>'app', '(imported)', b.record->>'status',
    TRY_CAST(b.record->>'ms' AS DOUBLE), 0, 0, NULL, '{"purpose": "run"}'::JSON
    FROM batch_record b WHERE b.kind = 'runs';
DELETE FROM cost WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'costs');
INSERT INTO cost SELECT b.tenant_id, b.seq, b.record->>'app', TRY_CAST(b.record->>'month' AS DATE), b.record->>'phase', TRY_CAST(b.record->>'hours' AS DOUBLE), TRY_CAST(b.record->>'rate' AS DOUBLE),
    TRY_CAST(b.record->>'licence' AS DOUBLE), TRY_CAST(b.record->>'infra' AS DOUBLE), TRY_CAST(b.record->>'measured' AS BOOLEAN)
    FROM batch_record b WHERE b.kind = 'costs';
DELETE FROM owner WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'owners');
INSERT INTO owner SELECT b.tenant_id, b.seq, b.record->>'asset', b.record->>'owner', TRY_CAST(b.record->>'ownerActive' AS BOOLEAN), b.record->>'deputy', b.record->>'domain',
    b.record->>'criticality', TRY_CAST(b.record->>'attested' AS DATE), b.record->>'purpose', b.record->>'state', b.record->>'app', b.record->>'tags', b.record->>'environment',
    TRY_CAST(b.record->>'line' AS UINTEGER)
    FROM batch_record b WHERE b.kind = 'owners';
DELETE FROM deploy WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'deploys');
INSERT INTO deploy SELECT b.tenant_id, b.seq, b.record->>'app', b.record->>'phase', TRY_CAST(b.record->>'day' AS DATE), TRY_CAST(b.record->>'requested' AS DATE),
    TRY_CAST(b.record->>'failed' AS BOOLEAN), TRY_CAST(b.record->>'restored' AS DOUBLE)
    FROM batch_record b WHERE b.kind = 'deploys';
DELETE FROM objective WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'slo');
INSERT INTO objective SELECT b.tenant_id, b.seq, b.record->>'app', TRY_CAST(b.record->>'success' AS DOUBLE), TRY_CAST(b.record->>'p95' AS DOUBLE)
    FROM batch_record b WHERE b.kind = 'slo';
DELETE FROM eligible WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'eligible');
INSERT INTO eligible SELECT b.tenant_id, b.seq, b.record->>'app', TRY_CAST(TRY_CAST(b.record->>'n' AS DOUBLE) AS UINTEGER)
    FROM batch_record b WHERE b.kind = 'eligible';
