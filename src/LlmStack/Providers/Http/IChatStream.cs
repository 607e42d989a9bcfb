using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>A chat streamed as server-sent events or lines.</summary>
internal interface IChatStream : IEventStream<SseReader, ChatResponseUpdate>;
