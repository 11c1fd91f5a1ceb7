{{- /* .Chart.Name is the alias, so the name of the service. */}}
{{- define "service.fullname" -}}
{{ .Release.Name }}-{{ .Chart.Name }}
{{- end }}

{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: drippulse
app.kubernetes.io/version: {{ .Values.global.image.tag | default .Values.global.appVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: drippulse
{{- end }}

{{- define "service.image" -}}
{{ with .Values.global.image }}{{ with .registry }}{{ . }}/{{ end }}{{ end }}{{ .Values.global.image.prefix }}{{ .Chart.Name }}:{{ .Values.global.image.tag | default .Values.global.appVersion }}
{{- end }}

{{- define "service.secretName" -}}
{{ .Values.secretName | default (include "service.fullname" .) }}
{{- end }}

{{- /* What is the same for every container, of server and of jobs. */}}
{{- define "service.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "service.podSecurity" -}}
automountServiceAccountToken: false
# Variables that Kubernetes would add for each Service of the namespace could be taken for ours: one named "grpc" makes
# GRPC_PORT a URL.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
