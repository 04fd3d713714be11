# G06 GDPR 30(1)(f), 5(1)(e): Time limit for erasure.
package daylight.gdpr.g06

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": "no erasure time limit on a model with personal data"} if {
	some model in lib.models
	name := model.name
	name in lib.personal_models
	object.get(model, ["retention", "days"], 0) <= 0
}
