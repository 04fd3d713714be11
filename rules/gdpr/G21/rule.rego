# G21 GDPR 22: A person decides where it matters.
package daylight.gdpr.g21

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "solely automated decision with significant effect and no human step"} if {
	some step in lib.steps
	step.step.decision == "automated-significant"
	object.get(step.step, "humanReview", false) == false
}
