using System.Net.Http.Headers;
using LlmStack.DependencyInjection;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Diagnostics;

/// <summary>Asks providers and models whether they are there: for warming up, for health checks and for background probes. No call of a user's sees it.</summary>
internal sealed class ProviderProbe(SnapshotSource snapshots, IHttpMessageHandlerFactory http, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "ping")];

    /// <summary>Connects to every provider with a request that costs no tokens, so that a pooled connection and the key are at hand.</summary>
    public async Task<IReadOnlyList<ProviderWarmUp>> RunAsync(CancellationToken cancellationToken)
    {
        ProviderEntry[] providers = [.. snapshots.Current.Providers.Values.OrderBy(static provider => provider.Name, StringComparer.Ordinal)];
        var probes = new Task<ProviderWarmUp>[providers.Length];
        for (int i = 0; i < providers.Length; i++)
        {
            probes[i] = ReachAsync(providers[i], Limit, cancellationToken);
        }

        return await Task.WhenAll(probes).ConfigureAwait(false);
    }

    /// <summary>As <see cref="RunAsync"/>, and has the path of a call compiled.</summary>
    public async Task<IReadOnlyList<ProviderWarmUp>> WarmUpAsync(CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<ProviderWarmUp>> probes = RunAsync(cancellationToken);
        await Rehearsal.RunAsync(cancellationToken).ConfigureAwait(false);
        return await probes.ConfigureAwait(false);
    }

    /// <summary>Asks a provider's server for its list of models.</summary>
    public async Task<ProviderWarmUp> ReachAsync(ProviderEntry provider, TimeSpan limit, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        using var timer = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            string? secret = await provider.Credential.GetSecretAsync(linked.Token).ConfigureAwait(false);
            int? status = provider.Endpoint is null ? null : await AskAsync(provider, secret, linked.Token).ConfigureAwait(false);
            return new ProviderWarmUp(provider.Name, true, status, time.GetElapsedTime(start), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return Failed($"no answer within {limit.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException exception)
        {
            return Failed(exception.HttpRequestError == HttpRequestError.Unknown ? exception.Message : $"{exception.HttpRequestError}: {exception.Message}");
        }
        catch (Exception exception)
        {
            // A credential callback may put anything into its message.
            return Failed(exception.GetType().Name);
        }

        ProviderWarmUp Failed(string error) => new(provider.Name, false, null, time.GetElapsedTime(start), error);
    }

    /// <summary>Asks a model for one token, with a key of the provider's own.</summary>
    /// <returns>The usage, and the failure; null when it answered, or refused what no other answer would cure.</returns>
    public async Task<(UsageDetails? Usage, LlmException? Failure)> ChatAsync(Deployment deployment, ICredential key, TimeSpan limit, CancellationToken cancellationToken)
    {
        ProviderEntry provider = deployment.ProviderEntry!;
        using var timer = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var call = new ProviderCall(deployment.Model, key)
        {
            DeploymentId = deployment.Id,
            Info = deployment.Info,
            Api = deployment.Api,
            FieldPolicy = UnsupportedFields.Drop,
            Timeouts = CallPolicy.Default.Timeouts,
        };
        try
        {
            // Code of the user's may not listen to the token.
            ChatResponse answer = await provider.Provider.ChatAsync(call, Question, new ChatOptions { MaxOutputTokens = 1 }, linked.Token).AsTask().WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
            return (answer.Usage, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            return (null, new LlmException(LlmErrorKind.Timeout, $"no answer within {limit.TotalSeconds:0.###} s", exception));
        }
        catch (LlmException exception)
        {
            return (exception.Usage, exception);
        }
        catch (Exception exception)
        {
            return (null, new LlmException(LlmErrorKind.Unknown, exception.GetType().Name, exception));
        }
    }

    private async Task<int?> AskAsync(ProviderEntry provider, string? secret, CancellationToken cancellationToken)
    {
        using var invoker = new HttpMessageInvoker(http.CreateHandler(ProviderHttp.ClientName(provider.Name)), disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.Endpoint!.AbsoluteUri.TrimEnd('/') + "/models");
        if (secret is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        // Disposed with its body unread would close an HTTP/1.1 connection, and the connection is the point.
        using HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await response.Content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        return (int)response.StatusCode;
    }
}
