# G28 GDPR 88: Monitoring of employees checked.
package daylight.gdpr.g28

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "employee time/location monitoring: works-council / national-law check not recorded"} if {
	"employees" in lib.data_subjects
	"systematic monitoring" in lib.impact_criteria
	lib.missing("employmentLawCheck")
}
