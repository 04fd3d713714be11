# G23 GDPR 32(1)(a): Personal data leaves encrypted.
package daylight.gdpr.g23

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "personal data sent by e-mail or exported to an unencrypted file"} if {
	some step in lib.steps
	step.type in {"sendEmail", "exportFile", "exportDocument", "writeFile"}
	lib.touches_personal(step)
	object.get(step.step, "encrypted", false) == false
}
