using System.Net.Http.Headers;
using LlmStack.DependencyInjection;
using LlmStack.Routing;

namespace LlmStack.Diagnostics;

/// <summary>Connects to providers with a request that costs no tokens, so that a pooled connection and the key are at hand.</summary>
internal sealed class ProviderProbe(SnapshotSource snapshots, IHttpMessageHandlerFactory http, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ProviderWarmUp>> RunAsync(CancellationToken cancellationToken)
    {
        ProviderEntry[] providers = [.. snapshots.Current.Providers.Values.OrderBy(static provider => provider.Name, StringComparer.Ordinal)];
        var probes = new Task<ProviderWarmUp>[providers.Length];
        for (int i = 0; i < providers.Length; i++)
        {
            probes[i] = ProbeAsync(providers[i], cancellationToken);
        }

        await Rehearsal.RunAsync(cancellationToken).ConfigureAwait(false);
        return await Task.WhenAll(probes).ConfigureAwait(false);
    }

    private async Task<ProviderWarmUp> ProbeAsync(ProviderEntry provider, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        using var timer = new CancellationTokenSource(Limit, time);
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
            return Failed($"no answer within {Limit.TotalSeconds:0} s");
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
