# E04 resilience: Calls retry and give up.
package daylight.euc.e04

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "external call without retry policy or timeout"} if {
	some step in lib.steps
	step.type == "apiCall"
	some key in ["retryPolicy", "timeoutMs"]
	lib.is_empty(object.get(step.step, key, null))
}
