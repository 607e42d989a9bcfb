using System.Net;

namespace LlmStack.Providers.Http;

/// <summary>Sends the requests of one provider and turns every failure into a kind. No retry.</summary>
internal sealed class ProviderHttp(ProviderSetup setup)
{
    /// <summary>The most bytes of an answer that holds media.</summary>
    public const int MaxMediaBytes = 256 * 1024 * 1024;

    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan ErrorBodyTime = TimeSpan.FromSeconds(5);

    private KeyHeader? _key;

    public string Name => setup.Name;

    public int MaxBodyBytes => setup.MaxEventBytes;

    public Uri Address(string operation)
    {
        var address = new UriBuilder(setup.Endpoint);
        address.Path = address.Path.TrimEnd('/') + operation;
        return address.Uri;
    }

    /// <summary>Sends a body and returns a successful answer whose body is still to be read.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="address">Where to.</param>
    /// <param name="body">The JSON; the caller keeps its hold.</param>
    /// <param name="stream">Whether events are expected.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, Uri address, PooledBuffer body, bool stream, CancellationToken cancellationToken) =>
        SendAsync(call, address, body, new MediaTypes(MediaTypes.Json, stream ? setup.StreamMediaType : MediaTypes.Json), cancellationToken);

    /// <summary>Sends a body of any media type and returns a successful answer whose body is still to be read.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="address">Where to.</param>
    /// <param name="body">The bytes; the caller keeps its hold.</param>
    /// <param name="types">What they are, and what the answer is to be.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public async ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, Uri address, PooledBuffer body, MediaTypes types, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string? secret = await SecretAsync(call, cancellationToken).ConfigureAwait(false);
        HttpResponseMessage response = await SendOnceAsync(call, address, body, secret, types, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized && secret is not null && await RefreshAsync(call, secret, cancellationToken).ConfigureAwait(false))
        {
            // A token may be revoked before its end; that is no failure of the deployment, and no second attempt.
            response.Dispose();
            secret = await SecretAsync(call, cancellationToken).ConfigureAwait(false);
            response = await SendOnceAsync(call, address, body, secret, types, cancellationToken).ConfigureAwait(false);
        }

        else if (setup.Signer is { } signer && !response.IsSuccessStatusCode && signer.Correct(response))
        {
            // A wrong clock on our side; the service told the time with its refusal.
            response.Dispose();
            response = await SendOnceAsync(call, address, body, secret, types, cancellationToken).ConfigureAwait(false);
        }

        call.Report.RequestSent = true;
        ResponseFacts.Read(response, call.Report, setup.Time.GetUtcNow());
        if (response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.NoContent)
        {
            return response;
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NoContent)
            {
                throw ErrorFactory.Invalid(setup.Name, call.Report, "answered 204 without a body.");
            }

            ErrorBody error = await ReadErrorAsync(response, call, cancellationToken).ConfigureAwait(false);
            error = error.Named(response);
            throw ErrorFactory.FromStatus(setup.Name, response, error, call.Report, secret, setup.Time.GetUtcNow());
        }
    }

    private async ValueTask<HttpResponseMessage> SendOnceAsync(ProviderCall call, Uri address, PooledBuffer body, string? secret, MediaTypes types, CancellationToken cancellationToken)
    {
        var content = new PooledContent(body, types.Content, call.Connection);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        AddHeaders(request, call, secret, types.Accept);
        setup.Signer?.Sign(request, body.WrittenSpan, secret);
        call.Connection?.Connecting();
        try
        {
            HttpResponseMessage response = await setup.Http.SendAsync(request, cancellationToken).ConfigureAwait(false);

            // A handler of the user's may have answered without sending anything.
            call.Connection?.Connected();
            return response;
        }
        catch (Exception e)
        {
            call.Connection?.Connected();
            call.Report.RequestSent = content.Started;
            Exception translated = TransportErrors.Translate(e, setup.Name, call.Report, cancellationToken);
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }
    }

    /// <summary>Opens the body of an answer, with the encodings taken off that the handlers left on.</summary>
    public async ValueTask<Stream> OpenAsync(HttpResponseMessage response, ProviderCall call, CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return ContentDecoding.Wrap(stream, response.Content, setup.Name, call.Report);
    }

    /// <summary>Reads a whole answer; the caller disposes the result.</summary>
    public ValueTask<PooledBuffer> ReadBodyAsync(HttpResponseMessage response, ProviderCall call, CancellationToken cancellationToken) =>
        ReadBodyAsync(response, call, setup.MaxEventBytes, cancellationToken);

    /// <summary>Reads a whole answer of at most <paramref name="limit"/> bytes; the caller disposes the result.</summary>
    public async ValueTask<PooledBuffer> ReadBodyAsync(HttpResponseMessage response, ProviderCall call, int limit, CancellationToken cancellationToken)
    {
        long length = response.Content.Headers.ContentLength ?? 4096;
        var body = new PooledBuffer((int)Math.Clamp(length + 1, 512, 1024 * 1024));
        try
        {
            Stream stream = await OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    int read = await stream.ReadAsync(body.GetMemory(), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    body.Advance(read);
                    if (body.Length > limit)
                    {
                        throw ErrorFactory.Invalid(setup.Name, call.Report, $"sent a body longer than the limit of {limit} bytes.");
                    }
                }
            }

            return body;
        }
        catch (Exception e)
        {
            body.Dispose();
            Exception translated = TransportErrors.Translate(e, setup.Name, call.Report, cancellationToken);
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }
    }

    /// <summary>The failure inside an answer that looked successful.</summary>
    public LlmException ErrorIn(in ErrorBody body, ProviderCall call) => ErrorFactory.FromBody(setup.Name, body, call.Report, _key?.Secret);

    private ValueTask<string?> SecretAsync(ProviderCall call, CancellationToken cancellationToken) =>
        call.Credential is StaticCredential known ? known.GetSecretAsync(cancellationToken) : FetchAsync(call, cancellationToken);

    private async ValueTask<string?> FetchAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        call.Connection?.FetchingCredential();
        try
        {
            return await call.Credential.GetSecretAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not LlmException && !cancellationToken.IsCancellationRequested)
        {
            throw new LlmException(LlmErrorKind.Authentication, $"The credential '{call.Credential.Id}' of provider '{setup.Name}' could not be fetched.", e) { Provider = setup.Name };
        }
        finally
        {
            call.Connection?.FetchedCredential();
        }
    }

    private async ValueTask<bool> RefreshAsync(ProviderCall call, string refused, CancellationToken cancellationToken)
    {
        call.Connection?.FetchingCredential();
        try
        {
            return await call.Credential.RefreshAsync(refused, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Without another token the refusal itself is the answer.
            return false;
        }
        finally
        {
            call.Connection?.FetchedCredential();
        }
    }

    private void AddHeaders(HttpRequestMessage request, ProviderCall call, string? secret, string accept)
    {
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (setup.Signer is null && !string.IsNullOrEmpty(secret) && !setup.Options.Headers.ContainsKey(setup.Key.Header))
        {
            KeyHeader? key = _key;
            if (key is null || !string.Equals(key.Secret, secret, StringComparison.Ordinal))
            {
                _key = key = KeyHeader.Make(setup.Name, call.Credential.Id, secret, KeyHeader.PlacementOf(secret, setup));
            }

            request.Headers.TryAddWithoutValidation(key.Name, key.Value);
        }

        if (call.TraceParent is { } traceParent)
        {
            TraceHeaders.Add(request, traceParent, setup.JoinsTraces, LlmContext.Current);
        }

        foreach (KeyValuePair<string, string> header in setup.FormatHeaders)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (setup is { SendsOrganization: true, Options.Organization: { Length: > 0 } organization })
        {
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", organization);
        }

        if (setup is { SendsOrganization: true, Options.Project: { Length: > 0 } project })
        {
            request.Headers.TryAddWithoutValidation("OpenAI-Project", project);
        }

        foreach (KeyValuePair<string, string> header in setup.Options.Headers)
        {
            request.Headers.Remove(header.Key);
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (call.Headers is { } own)
        {
            foreach (KeyValuePair<string, string> header in own)
            {
                request.Headers.Remove(header.Key);
                request.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
    }

    /// <summary>Reads at most 64 KiB of an error body within 5 seconds; what is longer or slower is classified by status alone.</summary>
    private async ValueTask<ErrorBody> ReadErrorAsync(HttpResponseMessage response, ProviderCall call, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(ErrorBodyTime, setup.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var body = new PooledBuffer();
        try
        {
            Stream stream = await OpenAsync(response, call, both.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (body.Length < MaxErrorBytes)
                {
                    Memory<byte> room = body.GetMemory();
                    int read = await stream.ReadAsync(room[..Math.Min(room.Length, MaxErrorBytes - body.Length)], both.Token).ConfigureAwait(false);
                    if (read == 0)
                    {
                        return ErrorBody.Parse(body.WrittenMemory);
                    }

                    body.Advance(read);
                }
            }

            return ErrorBody.Parse(body.WrittenMemory);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return e is OperationCanceledException or IOException or HttpRequestException or InvalidDataException or LlmException
                ? ErrorBody.Parse(body.WrittenMemory)
                : ErrorBody.Empty;
        }
    }
}
