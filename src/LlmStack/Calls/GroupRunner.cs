using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group's way to the one request path, for operations that <see cref="ILlmClient"/> has no method for.</summary>
internal sealed class GroupRunner
{
    private readonly ILlmClient _client;
    private readonly CallRunner _runner;

    /// <exception cref="InvalidOperationException">The client is a substitute without a request path.</exception>
    public GroupRunner(ILlmClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        _client = client;
        Model = model;
        _runner = client.GetService(typeof(CallRunner)) as CallRunner
            ?? throw new InvalidOperationException($"The client of type {client.GetType().Name} has no request path behind it; this operation needs a client that AddLlmStack or LlmClientFactory made, or one whose GetService passes on to it.");
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
}
