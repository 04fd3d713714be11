# G20 GDPR 15, 20: Records can be handed to the subject.
package daylight.gdpr.g20

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": "no subject-access export for this model"} if {
	some name in lib.personal_models
	not name in lib.models_with({"subjectExport"})
}
