namespace LlmStack.Configuration;

/// <summary>The two parts of <c>provider/model</c>; the provider ends at the first slash, models may contain further ones.</summary>
internal readonly record struct ModelName(string Provider, string Model)
{
    public static bool TryParse(string? text, out ModelName name)
    {
        int slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0 || slash == text!.Length - 1)
        {
            name = default;
            return false;
        }

        name = new ModelName(text[..slash].Trim(), text[(slash + 1)..].Trim());
        return name.Provider.Length > 0 && name.Model.Length > 0;
    }

    /// <summary>The id of a deployment without an explicit one.</summary>
    public static string IdOf(DeploymentOptions deployment, in ModelName name)
    {
        if (!string.IsNullOrWhiteSpace(deployment.Id))
        {
            return deployment.Id.Trim();
        }

        string id = name.Provider + "/" + name.Model;
        return string.IsNullOrWhiteSpace(deployment.Region) ? id : id + "@" + deployment.Region.Trim();
    }
}
