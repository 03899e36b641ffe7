# docker build --build-arg APP=publisher . (or consumer)
FROM node:20-slim AS build
ARG APP
WORKDIR /workspace
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx nx build "$APP"

FROM node:20-slim
ARG APP
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /workspace/dist/apps/${APP} ./
RUN npm ci --omit=dev && npm cache clean --force
USER node
CMD ["node", "main.js"]
