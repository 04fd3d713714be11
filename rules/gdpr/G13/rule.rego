# G13 GDPR 8, rec. 38: Parental consent for children's data.
package daylight.gdpr.g13

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "children's data without parental-consent control"} if {
	"children" in lib.data_subjects
	lib.missing("childConsentControl")
}
