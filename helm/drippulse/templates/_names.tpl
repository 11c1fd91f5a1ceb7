{{- define "drippulse.labels" -}}
app.kubernetes.io/part-of: drippulse
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: drippulse
{{- end }}
