-- Each statement turns the events of the batch into rows of one table. An import replaces the earlier one of its kind.
INSERT INTO event SELECT tenant_id, seq, time::TIMESTAMP, actor, event,
    coalesce(data::JSON->>'application', data::JSON->>'path', data::JSON->>'kind', data::JSON->>'snapshot'), data::JSON FROM batch_event;
INSERT INTO snapshot SELECT tenant_id, seq, (data::JSON->>'snapshot')::UBIGINT, (data::JSON->>'day')::DATE, (data::JSON->>'files')::UINTEGER,
    (data::JSON->>'applications')::UINTEGER FROM batch_event WHERE event = 'scan.finished';
INSERT INTO scanned_root SELECT b.tenant_id, b.seq, (b.data::JSON->>'snapshot')::UBIGINT, r.unnest->>'root', (r.unnest->>'readable')::BOOLEAN
    FROM batch_event b, unnest(from_json(b.data::JSON->'roots', '["JSON"]')) r WHERE b.event = 'scan.finished';
INSERT INTO file SELECT tenant_id, seq, (data::JSON->>'snapshot')::UBIGINT, data::JSON->>'asset', data::JSON->>'root', data::JSON->>'path', data::JSON->>'sha256',
    (data::JSON->>'bytes')::UBIGINT, data::JSON->>'kind', data::JSON->>'state', data::JSON->>'reason', (data::JSON->>'tables')::UINTEGER,
    (data::JSON->>'rows')::UBIGINT, (data::JSON->>'formulas')::UBIGINT, (data::JSON->>'macros')::UINTEGER, (data::JSON->>'ms')::UBIGINT,
    data::JSON->>'application', data::JSON->>'facts', (data::JSON->>'risk')::DOUBLE FROM batch_event WHERE event = 'file.read';
UPDATE file SET application = g.application FROM (
    SELECT b.tenant_id, (b.data::JSON->>'snapshot')::UBIGINT AS snapshot, m.unnest->>'asset' AS asset, m.unnest->>'application' AS application
    FROM batch_event b, unnest(from_json(b.data::JSON->'members', '["JSON"]')) m WHERE b.event = 'files.grouped') g
    WHERE file.tenant_id = g.tenant_id AND file.snapshot = g.snapshot AND file.asset = g.asset;
INSERT INTO application SELECT tenant_id, seq, (data::JSON->>'snapshot')::UBIGINT, data::JSON->>'application', data::JSON->>'name', data::JSON->>'domain',
    data::JSON->>'model', data::JSON->>'inference', data::JSON->>'report', (data::JSON->>'files')::UINTEGER, (data::JSON->>'models')::UINTEGER,
    (data::JSON->>'fields')::UINTEGER, (data::JSON->>'workflows')::UINTEGER, (data::JSON->'coverage'->>'statements')::UBIGINT,
    (data::JSON->'coverage'->>'exact')::UBIGINT, (data::JSON->'coverage'->>'approximate')::UBIGINT, (data::JSON->'coverage'->>'manual')::UBIGINT,
    (data::JSON->'coverage'->>'noop')::UBIGINT, (data::JSON->'coverage'->>'declarations')::UBIGINT FROM batch_event WHERE event = 'application.inferred';
INSERT INTO field_tag SELECT b.tenant_id, b.seq, b.data::JSON->>'application', f.unnest->>'field', f.unnest->>'semanticType', f.unnest->'tags', f.unnest->>'rule',
    (f.unnest->>'held')::UBIGINT, (f.unnest->>'seen')::UBIGINT, f.unnest->>'place', (f.unnest->>'confidence')::DOUBLE, f.unnest->'against'
    FROM batch_event b, unnest(from_json(b.data::JSON->'fields', '["JSON"]')) f WHERE b.event = 'fields.tagged';
INSERT INTO tag_decision SELECT tenant_id, seq, time::TIMESTAMP, actor, data::JSON->>'application', data::JSON->>'field', data::JSON->>'answer', data::JSON->'tags',
    data::JSON->>'reason' FROM batch_event WHERE event = 'tag.decided';
INSERT INTO policy_check SELECT tenant_id, seq, time::TIMESTAMP, data::JSON->>'application', data::JSON->>'stage', data::JSON->>'decision',
    (data::JSON->>'rules')::UINTEGER FROM batch_event WHERE event = 'policy.checked';
INSERT INTO finding SELECT b.tenant_id, b.seq, b.data::JSON->>'application', v.unnest->>'id', v.unnest->>'ref', v.unnest->>'severity', v.unnest->>'object',
    v.unnest->>'message', v.unnest->>'remedy'
    FROM batch_event b, unnest(from_json(b.data::JSON->'violations', '["JSON"]')) v WHERE b.event = 'policy.checked';
INSERT INTO run SELECT tenant_id, seq, time::TIMESTAMP, data::JSON->>'run', data::JSON->>'application', data::JSON->>'workflow', data::JSON->>'status',
    (data::JSON->>'ms')::DOUBLE, (data::JSON->>'steps')::UINTEGER, (data::JSON->>'memoryBytes')::UBIGINT, data::JSON->>'error', data::JSON->'detail'
    FROM batch_event WHERE event = 'run.finished';
INSERT INTO receipt SELECT tenant_id, seq, time::TIMESTAMP, data::JSON->>'application', data::JSON->>'macro', data::JSON->>'level', (data::JSON->>'equal')::BOOLEAN,
    (data::JSON->>'cells')::UBIGINT, (data::JSON->>'differences')::UINTEGER, (data::JSON->>'statementsReached')::DOUBLE, data::JSON->>'receipt'
    FROM batch_event WHERE event = 'receipt.issued';
INSERT INTO status SELECT tenant_id, seq, time::TIMESTAMP, (data::JSON->>'day')::DATE, data::JSON->>'application', data::JSON->>'status', data::JSON->>'reason', actor
    FROM batch_event WHERE event = 'application.status';
INSERT INTO approval SELECT tenant_id, seq, time::TIMESTAMP, actor, data::JSON->>'application', data::JSON->>'reason' FROM batch_event WHERE event = 'approval.recorded';
DELETE FROM backlog WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'backlog');
INSERT INTO backlog SELECT b.tenant_id, b.seq, r.unnest->>'item', (r.unnest->>'created')::DATE, (r.unnest->>'resolved')::DATE, r.unnest->>'kind', r.unnest->>'status'
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') = 'backlog';
DELETE FROM usage WHERE (tenant_id, kind) IN (SELECT tenant_id, CASE data::JSON->>'kind' WHEN 'usage' THEN 'run' ELSE 'legacy' END
    FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') IN ('usage', 'legacy'));
INSERT INTO usage SELECT b.tenant_id, b.seq, r.unnest->>'app', r.unnest->>'person', (r.unnest->>'day')::DATE, r.unnest->>'kind', (r.unnest->>'n')::DOUBLE::UINTEGER
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') IN ('usage', 'legacy');
DELETE FROM run WHERE workflow = '(imported)' AND tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'runs');
INSERT INTO run SELECT b.tenant_id, b.seq, (r.unnest->>'time')::TIMESTAMP, 'imported', r.unnest->>'app', '(imported)', r.unnest->>'status',
    (r.unnest->>'ms')::DOUBLE, 0, 0, NULL, '{"purpose": "run"}'::JSON
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') = 'runs';
DELETE FROM cost WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'costs');
INSERT INTO cost SELECT b.tenant_id, b.seq, r.unnest->>'app', (r.unnest->>'month')::DATE, r.unnest->>'phase', (r.unnest->>'hours')::DOUBLE, (r.unnest->>'rate')::DOUBLE,
    (r.unnest->>'licence')::DOUBLE, (r.unnest->>'infra')::DOUBLE, (r.unnest->>'measured')::BOOLEAN
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') = 'costs';
DELETE FROM owner WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'owners');
INSERT INTO owner SELECT b.tenant_id, b.seq, r.unnest->>'asset', r.unnest->>'owner', (r.unnest->>'ownerActive')::BOOLEAN, r.unnest->>'deputy', r.unnest->>'domain',
    r.unnest->>'criticality', (r.unnest->>'attested')::DATE, r.unnest->>'purpose', r.unnest->>'state', r.unnest->>'app'
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') = 'owners';
DELETE FROM eligible WHERE tenant_id IN (SELECT tenant_id FROM batch_event WHERE event = 'records.imported' AND (data::JSON->>'kind') = 'eligible');
INSERT INTO eligible SELECT b.tenant_id, b.seq, r.unnest->>'app', (r.unnest->>'n')::DOUBLE::UINTEGER
    FROM batch_event b, unnest(from_json(b.data::JSON->'rows', '["JSON"]')) r WHERE b.event = 'records.imported' AND (b.data::JSON->>'kind') = 'eligible';
