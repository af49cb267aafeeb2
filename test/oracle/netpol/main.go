// Judges packets by the engine of sigs.k8s.io/kube-network-policies, to compare labnet's own verdicts with.
//
// One JSON object a line on stdin: objects of the API and packets. One JSON list a line on stdout: is each packet
// allowed? What the API server would have done to the objects is done here: defaults, and empty lists are dropped.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/client-go/informers"
	"sigs.k8s.io/kube-network-policies/pkg/api"
	"sigs.k8s.io/kube-network-policies/pkg/network"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
	"sigs.k8s.io/kube-network-policies/pkg/podinfo"
)

type question struct {
	Namespaces []*v1.Namespace
	Pods       []*v1.Pod
	Policies   []*networkingv1.NetworkPolicy
	Packets    []struct {
		From, To string
		Protocol v1.Protocol
		Port     int
	}
}

func defaultPorts(ports []networkingv1.NetworkPolicyPort) {
	tcp := v1.ProtocolTCP
	for i := range ports {
		if ports[i].Protocol == nil {
			ports[i].Protocol = &tcp
		}
	}
}

func defaultPolicy(policy *networkingv1.NetworkPolicy) {
	spec := &policy.Spec
	if len(spec.PolicyTypes) == 0 {
		spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(spec.Egress) != 0 {
			spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	for i := range spec.Ingress {
		defaultPorts(spec.Ingress[i].Ports)
	}
	for i := range spec.Egress {
		defaultPorts(spec.Egress[i].Ports)
	}
	// Protobuf, as which the API server stores objects, cannot tell an empty list from none. The engine can, and
	// takes an empty one for "allow all".
	if len(spec.Ingress) == 0 {
		spec.Ingress = nil
	}
	if len(spec.Egress) == 0 {
		spec.Egress = nil
	}
}

func engineOf(q question) *networkpolicy.PolicyEngine {
	// Nothing is started: the objects are put where a watch would have put them.
	factory := informers.NewSharedInformerFactory(nil, 0)
	namespaces, pods := factory.Core().V1().Namespaces(), factory.Core().V1().Pods()
	policies := factory.Networking().V1().NetworkPolicies()
	add := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, namespace := range q.Namespaces {
		if namespace.Labels == nil {
			namespace.Labels = map[string]string{}
		}
		namespace.Labels["kubernetes.io/metadata.name"] = namespace.Name
		add(namespaces.Informer().GetIndexer().Add(namespace))
	}
	for _, pod := range q.Pods {
		// The engine's own index prefers running pods; the plain search used here takes the first.
		if pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
			continue
		}
		for _, container := range pod.Spec.Containers {
			for i := range container.Ports {
				if container.Ports[i].Protocol == "" {
					container.Ports[i].Protocol = v1.ProtocolTCP
				}
			}
		}
		add(pods.Informer().GetIndexer().Add(pod))
	}
	for _, policy := range q.Policies {
		defaultPolicy(policy)
		add(policies.Informer().GetIndexer().Add(policy))
	}
	evaluator := networkpolicy.NewStandardNetworkPolicy("node", namespaces, pods, policies)
	provider := podinfo.NewInformerProvider(pods, namespaces, nil, nil)
	return networkpolicy.NewPolicyEngine(provider, []api.PolicyEvaluator{evaluator})
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			log.Fatal(err)
		}
		engine := engineOf(q)
		verdicts := make([]bool, len(q.Packets))
		for i, packet := range q.Packets {
			allowed, err := engine.EvaluatePacket(context.Background(), &network.Packet{
				Family: v1.IPv4Protocol,
				SrcIP:  net.ParseIP(packet.From), SrcPort: 40000,
				DstIP: net.ParseIP(packet.To), DstPort: packet.Port,
				Proto: packet.Protocol,
			})
			if err != nil {
				log.Fatal(err)
			}
			verdicts[i] = allowed
		}
		if err := answers.Encode(verdicts); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}
