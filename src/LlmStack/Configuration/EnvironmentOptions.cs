using Microsoft.Extensions.Options;

namespace LlmStack.Configuration;

/// <summary>Fills in what the usual environment variables say: below configuration and code, so both win.</summary>
internal sealed class EnvironmentOptions(IEnvironment environment, ProviderFormats formats) : IConfigureOptions<LlmStackOptions>, IPostConfigureOptions<LlmStackOptions>
{
    public void Configure(LlmStackOptions options)
    {
        if (EnvironmentValues.TryNumber(environment, EnvironmentValues.SampleRate, out double rate))
        {
            options.Tracing.SampleRate = rate;
        }

        if (EnvironmentValues.TryFlag(environment, EnvironmentValues.TracingEnabled, out bool enabled))
        {
            options.Langfuse.Enabled = enabled;
        }

        if (EnvironmentValues.TryFlag(environment, EnvironmentValues.MediaUploadEnabled, out bool uploads))
        {
            options.Langfuse.UploadMedia = uploads;
        }

        if (EnvironmentValues.TryNumber(environment, EnvironmentValues.FlushAt, out double spans) && spans is >= 1 and <= int.MaxValue)
        {
            options.Langfuse.MaxBatchSpans = (int)spans;
        }

        if (EnvironmentValues.TrySeconds(environment, EnvironmentValues.FlushInterval, out TimeSpan interval))
        {
            options.Langfuse.FlushInterval = interval;
        }

        if (EnvironmentValues.TrySeconds(environment, EnvironmentValues.Timeout, out TimeSpan timeout))
        {
            options.Langfuse.RequestTimeout = timeout;
        }
    }

    public void PostConfigure(string? name, LlmStackOptions options)
    {
        LangfuseOptions langfuse = options.Langfuse;
        langfuse.PublicKey = Or(langfuse.PublicKey, "LANGFUSE_PUBLIC_KEY");
        langfuse.SecretKey = Or(langfuse.SecretKey, "LANGFUSE_SECRET_KEY");
        langfuse.BaseUrl = Or(Or(langfuse.BaseUrl, "LANGFUSE_BASE_URL"), "LANGFUSE_HOST") ?? LangfuseOptions.DefaultBaseUrl;
        options.Tracing.Release = Or(options.Tracing.Release, "LANGFUSE_RELEASE");
        options.Tracing.Environment = Or(options.Tracing.Environment, "LANGFUSE_TRACING_ENVIRONMENT");
        new ProviderEnvironment(environment, formats).Apply(options.Providers);
    }

    private string? Or(string? value, string variable) => string.IsNullOrWhiteSpace(value) ? environment.Get(variable) : value;
}
