# P11 PCI 4.2.1, 4.2.2: Card numbers protected in transit.
package daylight.pci.p11

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "PAN leaves over e-mail/chat or without TLS 1.2+"} if {
	some step in lib.steps
	lib.touches_pan(step)
	leaks(step)
}

leaks(step) if {
	step.type in {"sendEmail", "chatMessage"}
	object.get(step.step, "encrypted", false) == false
}

leaks(step) if {
	not step.type in {"sendEmail", "chatMessage"}
	lib.is_external(step)
	not object.get(step.step, "tls", "") in {"1.2", "1.3"}
}
