{{- /* .Chart.Name is the alias: the name of the service. */}}
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
{{ with .Values.global.image }}{{ with .registry }}{{ . }}/{{ end }}{{ end }}{{ .Values.global.image.prefix }}{{ .Values.imageOf | default .Chart.Name }}:{{ .Values.global.image.tag | default .Values.global.appVersion }}
{{- end }}

{{- define "service.secretName" -}}
{{ .Values.secretName | default (printf "%s-%s" .Release.Name (.Values.imageOf | default .Chart.Name)) }}
{{- end }}

{{- /* Members of every container, of servers and of jobs. */}}
{{- define "service.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "service.podSecurity" -}}
automountServiceAccountToken: false
# Kubernetes would add variables for each Service of the namespace, which could be taken for ours: one named "grpc" sets
# GRPC_PORT to a URL.
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

{{- define "service.grpcTlsSecretName" -}}
{{ .Values.grpcTlsSecretName | default .Values.global.grpcTls.secretName }}
{{- end }}

{{- /* The connection to Kafka, and the settings of topics: the same for every pod that may create one. */}}
{{- define "service.kafkaEnv" -}}
{{- $kafka := .Values.global.kafka -}}
- { name: KAFKA_BROKERS, value: {{ join "," $kafka.brokers | quote }} }
- { name: KAFKA_TOPIC_PARTITIONS, value: {{ $kafka.topics.partitions | quote }} }
- { name: KAFKA_TOPIC_RETENTION_HOURS, value: {{ $kafka.topics.retentionHours | quote }} }
{{- with $kafka.topics.replicas }}
- { name: KAFKA_TOPIC_REPLICAS, value: {{ . | quote }} }
{{- end }}
{{- with $kafka.topics.minInSyncReplicas }}
- { name: KAFKA_MIN_INSYNC_REPLICAS, value: {{ . | quote }} }
{{- end }}
{{- if $kafka.tls.enabled }}
- { name: KAFKA_SSL, value: "true" }
{{- if $kafka.tls.secretName }}
- { name: KAFKA_SSL_CA_FILE, value: /etc/drippulse/kafka/ca.crt }
{{- end }}
{{- if $kafka.tls.clientCertificate }}
- { name: KAFKA_SSL_CERT_FILE, value: /etc/drippulse/kafka/tls.crt }
- { name: KAFKA_SSL_KEY_FILE, value: /etc/drippulse/kafka/tls.key }
{{- end }}
{{- end }}
{{- with $kafka.sasl }}
{{- if .mechanism }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .mechanism }} }
- name: KAFKA_SASL_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .secretName }}, key: username } }
- name: KAFKA_SASL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .secretName }}, key: password } }
{{- end }}
{{- end }}
{{- end }}

{{- /* Names of the Secrets whose files a container reads, by the folder below /etc/drippulse. */}}
{{- define "service.kafkaFiles" -}}
{{- if .Values.global.kafka.tls.enabled }}{{ .Values.global.kafka.tls.secretName }}{{ end }}
{{- end }}

{{- define "service.mounts" -}}
{{- range $folder, $secret := . }}
{{- if $secret }}
- { name: {{ $folder }}, mountPath: /etc/drippulse/{{ $folder }}, readOnly: true }
{{- end }}
{{- end }}
{{- end }}

{{- define "service.volumes" -}}
{{- range $folder, $secret := . }}
{{- if $secret }}
- { name: {{ $folder }}, secret: { secretName: {{ $secret }} } }
{{- end }}
{{- end }}
{{- end }}
