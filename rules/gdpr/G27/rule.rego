# G27 GDPR 5(1)(e): Records are erased in time.
package daylight.gdpr.g27

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": sprintf("oldest record is %d days old, limit %d", [model.oldestRecordDays, model.retention.days])} if {
	some model in lib.models
	name := model.name
	name in lib.personal_models
	model.retention.days > 0
	model.oldestRecordDays > model.retention.days
}
