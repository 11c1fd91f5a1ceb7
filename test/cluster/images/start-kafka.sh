#!/bin/sh
set -e
config=/tmp/server.properties
env | sed -n 's/^KAFKA_\([A-Z_]*\)=\(.*\)/\1 \2/p' | grep -v '^HEAP_OPTS ' | while read -r name value; do
  echo "$(echo "$name" | tr 'A-Z_' 'a-z.')=$value"
done >$config
java() {
  exec java ${KAFKA_HEAP_OPTS:--Xmx512m} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError -cp '/opt/kafka/*' "$@"
}
(java kafka.tools.StorageTool format --ignore-formatted -t "$CLUSTER_ID" -c $config)
java kafka.Kafka $config
