# E05 sandbox default-deny: Network only to known hosts.
package daylight.euc.e05

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "step needs network but host is not on the allow-list"} if {
	some step in lib.steps
	step.step.network == true
	not step.hostAllowed
}
