# Built with:  docker build -t meter-sync .
# Run with:    docker run --read-only -v meter-sync:/data --env-file meter-sync.env meter-sync
# More in docs/container.md.

FROM node:24.21-bookworm-slim AS build
WORKDIR /meter-sync
COPY package.json package-lock.json .npmrc ./
# Without the workspace, that is without the Node.js that a checkout brings along: the base has its own.
RUN npm ci --workspaces=false
# What the bundle is made of: names, versions, hashes and licences, and no registry's address.
RUN npm sbom --sbom-format cyclonedx --sbom-type application --omit dev --workspaces=false \
  >sbom.cdx.json
COPY tsconfig.json ./
COPY src ./src
RUN npm run build:program

FROM node:24.21-bookworm-slim
LABEL org.opencontainers.image.title="meter-sync" \
  org.opencontainers.image.description="Keeps dispatch groups true to Leap's market groups" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.base.name="docker.io/library/node:24.21-bookworm-slim"
WORKDIR /app
# The one package that cannot be bundled, without its sources and without other systems' binaries.
COPY --from=build /meter-sync/node_modules/better-sqlite3/package.json \
  /meter-sync/node_modules/better-sqlite3/LICENSE ./node_modules/better-sqlite3/
COPY --from=build /meter-sync/node_modules/better-sqlite3/lib ./node_modules/better-sqlite3/lib
COPY --from=build /meter-sync/node_modules/better-sqlite3/prebuilds/linux-x64.node \
  /meter-sync/node_modules/better-sqlite3/prebuilds/linux-arm64.node ./node_modules/better-sqlite3/prebuilds/
COPY --from=build /meter-sync/dist/meter-sync.js ./dist/meter-sync.js
COPY --from=build /meter-sync/sbom.cdx.json ./
COPY package.json ./
COPY drizzle ./drizzle
COPY deploy/image/healthcheck.js ./

# Only /data is ever written, so the root file system can be read-only. SQLite's temporary files go there too.
RUN mkdir /data && chown 1000:1000 /data && chmod 0700 /data
ENV NODE_ENV=production METER_SYNC_DATABASE=/data/meter-sync.sqlite SQLITE_TMPDIR=/data
VOLUME /data

# "node" of the base image, as a number: only so can Kubernetes see that it is not root.
USER 1000:1000
# Asks `schedule` how it is; every other command ends by itself and is never told to be unwell.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/healthcheck.js"]
ENTRYPOINT ["node", "/app/dist/meter-sync.js"]
CMD ["sync"]
