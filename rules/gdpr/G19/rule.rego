# G19 GDPR 17, 5(1)(e): Records can be erased.
package daylight.gdpr.g19

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": "no erase operation reaches this model"} if {
	some name in lib.personal_models
	not name in lib.models_with({"erase", "anonymise", "purge"})
}
