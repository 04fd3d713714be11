# G26 GDPR 28(3): Processors have a contract.
package daylight.gdpr.g26

import rego.v1

import data.daylight.lib

hits contains {"object": recipient.name, "message": "processor without a contract reference"} if {
	lib.has_personal
	some recipient in lib.recipients
	recipient.role == "processor"
	lib.is_empty(object.get(recipient, "contractRef", ""))
}
