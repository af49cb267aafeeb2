// Package e2e names the upstream end-to-end tests, so that go.sum covers what they are built from.
package e2e

import _ "k8s.io/kubernetes/test/e2e"
