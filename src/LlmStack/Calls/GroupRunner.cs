using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group's way to the one request path, for operations that <see cref="ILlmClient"/> has no method for.</summary>
internal sealed class GroupRunner
{
    private readonly ILlmClient _client;
    private readonly CallRunner _runner;
    private readonly StreamRunner _streams;

    /// <exception cref="InvalidOperationException">The client is a substitute without a request path.</exception>
    public GroupRunner(ILlmClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        _client = client;
        Model = model;
        _runner = PathOf<CallRunner>(client);
        _streams = PathOf<StreamRunner>(client);
    }

    public string Model { get; }

    /// <summary>Runs a call; wishes among its properties are to be taken off before.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="model">A name that the call asks for in place of the group's, or null.</param>
    /// <param name="routing">The wishes, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<TResult> CallAsync<TOperation, TResult>(TOperation operation, string? model, RoutingOptions? routing, CancellationToken cancellationToken)
        where TOperation : struct, ICallOperation<TResult> =>
        _runner.CallAsync<TOperation, TResult>(operation, CallArguments.Request(model ?? Model, routing), cancellationToken).AsTask();

    /// <summary>Runs a call whose answer is streamed; nothing is sent before the enumeration starts.</summary>
    /// <inheritdoc cref="CallAsync{TOperation, TResult}"/>
    public IAsyncEnumerable<TUpdate> StreamAsync<TOperation, TUpdate, TTraits>(TOperation operation, string? model, RoutingOptions? routing, CancellationToken cancellationToken)
        where TOperation : struct, IStreamOperation<TUpdate>
        where TUpdate : class
        where TTraits : struct, IUpdateTraits<TUpdate> =>
        _streams.StreamAsync<TOperation, TUpdate, TTraits>(operation, CallArguments.Request(model ?? Model, routing), cancellationToken);

    /// <summary>What an adapter answers when it is asked for a service.</summary>
    public object? GetService(object adapter, object? metadata, Type serviceType, object? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null)
        {
            if (metadata is not null && serviceType == metadata.GetType())
            {
                return metadata;
            }

            if (serviceType.IsInstanceOfType(adapter))
            {
                return adapter;
            }
        }

        return _client.GetService(serviceType, serviceKey);
    }

    private static T PathOf<T>(ILlmClient client)
        where T : class =>
        client.GetService(typeof(T)) as T
        ?? throw new InvalidOperationException($"The client of type {client.GetType().Name} has no request path behind it; this operation needs a client that AddLlmStack or LlmClientFactory made, or one whose GetService passes on to it.");
}
