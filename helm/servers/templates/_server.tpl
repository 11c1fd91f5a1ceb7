{{/*
One pod with a fixed name and data, its Service of the same name, and the policy of its clients.
Takes root, name, port, path (where the data are), args, env.
*/}}
{{- define "servers.server" -}}
{{- $server := index .root.Values .name -}}
{{- $labels := dict "app" .name "app.kubernetes.io/name" .name "app.kubernetes.io/instance" .root.Release.Name -}}
{{- $selector := dict "app" .name "app.kubernetes.io/instance" .root.Release.Name -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- toYaml $labels | nindent 4 }}
spec:
  serviceName: {{ .name }}
  replicas: 1
  selector:
    matchLabels: {{- toYaml $selector | nindent 6 }}
  template:
    metadata:
      labels: {{- toYaml $labels | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      # Kafka's image reads every variable KAFKA_…, and Kubernetes would add some of that name.
      enableServiceLinks: false
      terminationGracePeriodSeconds: 60
      securityContext:
        runAsNonRoot: true
        runAsUser: {{ $server.user }}
        runAsGroup: {{ $server.user }}
        fsGroup: {{ $server.user }}
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: {{ .name }}
          image: {{ $server.image | quote }}
          imagePullPolicy: IfNotPresent
          {{- with .args }}
          args: {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with .env }}
          env: {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            - containerPort: {{ .port }}
          startupProbe:
            tcpSocket: { port: {{ .port }} }
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            tcpSocket: { port: {{ .port }} }
            periodSeconds: 5
          resources: {{- toYaml $server.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: data, mountPath: {{ .path }} }
      {{- if not $server.storage }}
      volumes:
        - { name: data, emptyDir: {} }
      {{- end }}
  {{- with $server.storage }}
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain, whenScaled: Retain }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $.root.Values.storageClass }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources: { requests: { storage: {{ . }} } }
  {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- toYaml $labels | nindent 4 }}
spec:
  selector: {{- toYaml $selector | nindent 4 }}
  ports:
    - { port: {{ .port }}, targetPort: {{ .port }} }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- toYaml $labels | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- toYaml $selector | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - ports: [{ port: {{ .port }}, protocol: TCP }]
      {{- with .root.Values.from }}
      from: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
