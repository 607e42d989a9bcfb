using System.Runtime.CompilerServices;
using LlmStack.Calls;
using LlmStack.Calls.Plans;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Checks arguments and hands every operation to the one request path.</summary>
internal sealed class LlmClient(CallRunner runner, StreamRunner streams, SharedCalls shared, SharedStreams sharedStreams, IServiceProvider services) : ILlmClient
{
    public Task<ChatResponse> ChatAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallArguments.CheckModel(model);
        IReadOnlyList<ChatMessage> list = Materialize(messages, copy: false);
        RoutingOptions? routing = Take(ref options);
        var request = new CallRequest(model, routing, list, options, RequestInspector.FeaturesOf(list, options, streaming: false), options?.MaxOutputTokens);
        return shared.KeyOf(model, list, options, routing) is { } key
            ? ShareAsync(key, new ChatOperation(list, options), request, cancellationToken)
            : runner.CallAsync<ChatOperation, ChatResponse>(new ChatOperation(list, options), request, cancellationToken).AsTask();
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallArguments.CheckModel(model);

        // Sent when the enumeration starts, by when the caller may have gone on with his list.
        IReadOnlyList<ChatMessage> list = Materialize(messages, copy: true);
        RoutingOptions? routing = Take(ref options);
        var request = new CallRequest(model, routing, list, options, RequestInspector.FeaturesOf(list, options, streaming: true), options?.MaxOutputTokens);
        if (!sharedStreams.MayShare)
        {
            return streams.StreamAsync<ChatStreamOperation, ChatResponseUpdate, ChatUpdateTraits>(new ChatStreamOperation(list, options), request, cancellationToken);
        }

        return sharedStreams.StreamAsync(
            request,
            stop =>
            {
                // The call may outlive the caller who began it.
                var operation = new ChatStreamOperation(list, options);
                operation.Detach();
                return streams.StreamAsync<ChatStreamOperation, ChatResponseUpdate, ChatUpdateTraits>(operation, request, stop);
            },
            cancellationToken);
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallArguments.CheckModel(model);
        ArgumentNullException.ThrowIfNull(inputs);
        IReadOnlyList<string> list = inputs as IReadOnlyList<string> ?? [.. inputs];
        CallArguments.CheckTexts(list, nameof(inputs));
        RoutingOptions? routing = RoutingOptionsExtensions.Read(options?.AdditionalProperties);
        if (routing is not null)
        {
            options = options!.Clone();
            options.AdditionalProperties!.Remove(RoutingOptionsExtensions.Key);
        }

        CallRequest request = CallArguments.Request(model, routing);
        return runner.CallAsync<EmbeddingsOperation, GeneratedEmbeddings<Embedding<float>>>(new EmbeddingsOperation(list, options), request, cancellationToken).AsTask();
    }

    public Task<TextCompletion> CompleteAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallRequest request = CompletionRequest(model, prompt, ref options, RequestFeatures.None);
        return runner.CallAsync<CompletionOperation, TextCompletion>(new CompletionOperation(prompt, options), request, cancellationToken).AsTask();
    }

    public IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallRequest request = CompletionRequest(model, prompt, ref options, RequestFeatures.Streaming);
        return streams.StreamAsync<CompletionStreamOperation, TextCompletionUpdate, CompletionUpdateTraits>(new CompletionStreamOperation(prompt, options), request, cancellationToken);
    }

    public Task<RerankResponse> RerankAsync(string model, string query, IReadOnlyList<string> documents, RerankOptions? options = null, CancellationToken cancellationToken = default)
    {
        CallArguments.CheckModel(model);
        CallArguments.CheckText(query);
        ArgumentNullException.ThrowIfNull(documents);
        CallArguments.CheckTexts(documents, nameof(documents));
        if (options?.TopN is <= 0)
        {
            throw CallArguments.Invalid($"RerankOptions.TopN is {options.TopN}; allowed is 1 or more, or null for all.");
        }

        RoutingOptions? routing = RoutingOptionsExtensions.Read(options?.AdditionalProperties);
        if (routing is not null)
        {
            options = options!.Clone();
            options.AdditionalProperties!.Remove(RoutingOptionsExtensions.Key);
        }

        CallRequest request = CallArguments.Request(model, routing);
        return runner.CallAsync<RerankOperation, RerankResponse>(new RerankOperation(query, documents, options), request, cancellationToken).AsTask();
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        if (serviceType == typeof(System.Diagnostics.ActivitySource))
        {
            // Function invocation around an adapter asks for it: what it runs then appears in the trace.
            return services.GetService(typeof(Tracing.LlmTracer)) is Tracing.LlmTracer tracer ? tracer.FunctionSource : null;
        }

        return serviceType.IsInstanceOfType(this) ? this : services.GetService(serviceType);
    }

    private Task<ChatResponse> ShareAsync(SharedCallKey key, ChatOperation operation, CallRequest request, CancellationToken cancellationToken)
    {
        // The call may outlive the caller who began it.
        operation.Detach();
        return shared.RunAsync(key, request.Model, stop => runner.CallAsync<ChatOperation, ChatResponse>(operation, request, stop).AsTask(), cancellationToken);
    }

    private static CallRequest CompletionRequest(string model, string prompt, ref TextCompletionOptions? options, RequestFeatures features)
    {
        CallArguments.CheckModel(model);
        CallArguments.CheckText(prompt);
        if (options?.MaxOutputTokens is <= 0)
        {
            throw CallArguments.Invalid($"TextCompletionOptions.MaxOutputTokens is {options.MaxOutputTokens}; allowed is 1 or more, or null for the provider's default.");
        }

        RoutingOptions? routing = RoutingOptionsExtensions.Read(options?.AdditionalProperties);
        if (routing is not null)
        {
            options = options!.Clone();
            options.AdditionalProperties!.Remove(RoutingOptionsExtensions.Key);
        }

        return new CallRequest(model, RoutingOptionsCheck.Check(routing), null, null, features, options?.MaxOutputTokens);
    }

    private static IReadOnlyList<ChatMessage> Materialize(IEnumerable<ChatMessage> messages, bool copy)
    {
        ArgumentNullException.ThrowIfNull(messages);

        // Enumerated once: a lazy sequence may cost something, or give something else the second time.
        IReadOnlyList<ChatMessage> list = messages switch
        {
            ChatMessage[] array when !copy => array,
            List<ChatMessage> given when !copy => given,
            _ => [.. messages],
        };
        if (list.Count == 0)
        {
            throw CallArguments.Invalid("messages is empty; a conversation needs at least one message.");
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is null)
            {
                throw CallArguments.Invalid($"messages[{i}] is null; every message must be set.");
            }
        }

        return list;
    }

    private static RoutingOptions? Take(ref ChatOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        if (options.MaxOutputTokens is <= 0)
        {
            throw CallArguments.Invalid($"ChatOptions.MaxOutputTokens is {options.MaxOutputTokens}; allowed is 1 or more, or null for the provider's default.");
        }

        RoutingOptions? routing = RoutingOptionsExtensions.Read(options.AdditionalProperties);
        if (routing is not null)
        {
            options = options.Clone();
            options.AdditionalProperties!.Remove(RoutingOptionsExtensions.Key);
        }

        return RoutingOptionsCheck.Check(routing);
    }
}
