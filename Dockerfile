# Built with:  docker build -t meter-sync .
# Run with:    docker run --read-only -v meter-sync:/data --env-file meter-sync.env meter-sync

FROM node:24.21-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Without the workspace, that is without the Node.js that a checkout brings along: the base has its own.
RUN npm ci --workspaces=false
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24.21-bookworm-slim
WORKDIR /app
# The one package that cannot be bundled, without its sources and without other systems' binaries.
COPY --from=build /build/node_modules/better-sqlite3/package.json /build/node_modules/better-sqlite3/LICENSE ./node_modules/better-sqlite3/
COPY --from=build /build/node_modules/better-sqlite3/lib ./node_modules/better-sqlite3/lib
COPY --from=build /build/node_modules/better-sqlite3/prebuilds/linux-x64.node /build/node_modules/better-sqlite3/prebuilds/linux-arm64.node ./node_modules/better-sqlite3/prebuilds/
COPY --from=build /build/dist/meter-sync.js ./dist/meter-sync.js
COPY package.json ./
COPY drizzle ./drizzle

# Only /data is ever written, so the root file system can be read-only. SQLite's temporary files go there too.
RUN mkdir /data && chown 1000:1000 /data && chmod 0700 /data
ENV NODE_ENV=production METER_SYNC_DATABASE=/data/meter-sync.sqlite SQLITE_TMPDIR=/data
VOLUME /data

# "node" of the base image, as a number: only so can Kubernetes see that it is not root.
USER 1000:1000
ENTRYPOINT ["node", "/app/dist/meter-sync.js"]
CMD ["sync"]
