/**
 * The shell function `delete_namespace NAME…`, which all scripts of exercises have: deletes namespaces with all that is in
 * them, and returns when they are gone; one that is not there is no error.
 *
 * It does what the namespace controller does, at once: that one lets five seconds pass first, in which other API servers
 * may hear that the namespace ends (`namespaceDeletionGracePeriod` in Kubernetes' pkg/controller/namespace). A lab has one
 * API server, which takes nothing new for a namespace that is Terminating.
 */
export const deleteNamespace = String.raw`() {
  local name kinds
  kubectl delete namespace "$@" --ignore-not-found --wait=false || return
  kinds=$(kubectl api-resources --namespaced --verbs=list,delete --output=name | paste -sd ,) || return
  for name; do
    kubectl get namespace "$name" --output=name >/dev/null 2>&1 || continue
    kubectl --namespace "$name" delete "$kinds" --all --ignore-not-found --timeout=60s || return
    kubectl replace --raw "/api/v1/namespaces/$name/finalize" --filename=- >/dev/null 2>&1 <<JSON || :
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"$name"},"spec":{"finalizers":[]}}
JSON
  done
  kubectl wait --for=delete --timeout=60s "${'$'}{@/#/namespace/}"
}`;
