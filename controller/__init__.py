"""The library: model, pipeline, flow, compile and sync import no framework, socket or clock; adapters do."""
